{#
    What it is: delivered units whose id holds a slash, the mark that separates the ids of a path.
    When it matters: always; the ancestors of such a unit, read from its path, are wrong.
    How to resolve it: correct the id in the source system, or choose another mark in dim_unit and int_units__ancestors.
    Who mends it: Bagian Organisasi, in SIASN.
#}
select
    unit_id,
    path,
    valid_from
from {{ ref('dim_unit') }}
where
    not is_inferred
    and unit_id like '%/%'
