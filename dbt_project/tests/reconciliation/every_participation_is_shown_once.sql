{#
    What it is: the records behind the rows of training_participation are those of fct_training_participation, person by
    person; none is left out and none is merged into two rows.
    When it matters: always; a participation that is lost is missing from every figure on training.
    How to resolve it: compare the records of the person; look for rules or versions of the person that overlap.
    Who mends it: whoever maintains the pipeline.
#}
with delivered as (

    select
        employee_key,
        count(*) as n_records
    from {{ ref('fct_training_participation') }}
    group by employee_key

),

shown as (

    select
        employee_key,
        sum(n_records) as n_records
    from {{ ref('training_participation') }}
    group by employee_key

)

select
    coalesce(delivered.employee_key, shown.employee_key) as employee_key,
    delivered.n_records as n_delivered,
    shown.n_records as n_shown
from delivered
full outer join shown
    on delivered.employee_key = shown.employee_key
where
    delivered.employee_key is null
    or shown.employee_key is null
    or delivered.n_records <> shown.n_records
