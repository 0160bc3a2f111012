{#
    What it is: units in which people work today and which no delivery of hr/units has held, with the number of these people.
    When it matters: always; such a unit stands at the top of a tree of its own, so its people are missing in the figures of the city.
    How to resolve it: deliver the unit in hr/units, or correct the unit of these people; the same id in other letters is another unit.
    Who mends it: Bagian Organisasi, with BKPSDM.
#}
select
    employees.unit_id,
    count(*) as n_people
from {{ ref('dim_employee') }} as employees
inner join {{ ref('dim_unit') }} as units
    on employees.unit_id = units.unit_id
where
    employees.is_current
    and employees.is_active
    and units.is_current
    and units.is_inferred
    and units.unit_name is null
group by employees.unit_id
