{#
    What it is: units of the latest delivery that name a unit above them but stand at the top of a tree of their own:
    the unit above is not in the delivery, or the links lead in a circle.
    When it matters: when figures are rolled up to the agency, whose figures then miss these units.
    How to resolve it: correct diatasan_id of the unit, or deliver the unit above it.
    Who mends it: Bagian Organisasi, in SIASN.
#}
select
    unit_id,
    unit_name,
    parent_unit_id
from {{ ref('dim_unit') }}
where
    is_current
    and depth = 0
    and parent_unit_id is not null
