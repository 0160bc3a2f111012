{#
    What it is: people of the latest delivery of hr/employees of whom no row was ever accepted.
    When it matters: for head-counts; these people are in no count at all.
    How to resolve it: read the reasons of their rejected rows and have them corrected in SIASN.
    Who mends it: BKPSDM.
#}
with latest_delivery as (

    select max(delivery_on) as delivery_on
    from {{ ref('int_refresh__deliveries') }}
    where extract = 'hr/employees'

)

select distinct rejected_rows.record_key
from {{ ref('stg_hr__employees_rejected') }} as rejected_rows
inner join latest_delivery
    on rejected_rows.delivery_on = latest_delivery.delivery_on
left join {{ ref('dim_employee') }} as employees
    on rejected_rows.record_key = employees.employee_key
where
    rejected_rows.record_key is not null
    and employees.employee_key is null
