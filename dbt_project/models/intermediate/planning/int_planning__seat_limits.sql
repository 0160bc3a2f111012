{{ config(materialized='table') }}

{#
    Sets of competencies that one programme teaches: every pair, and all of them together. Seats of a unit in the
    programme for the competencies of a set never exceed the people who lack at least one of them, so that nobody
    has to sit in the same programme twice.
#}
with taught as (

    select
        competencies.programme_id,
        competencies.competency_code,
        count(*) over (partition by competencies.programme_id) as n_competencies
    from {{ ref('int_training__programme_competencies') }} as competencies
    inner join {{ ref('int_planning__programmes') }} as programmes
        on competencies.programme_id = programmes.programme_id

),

sets as (

    select
        programme_id,
        'all' as competency_set,
        competency_code
    from taught
    where n_competencies > 1
    union all
    select
        one.programme_id,
        one.competency_code || '+' || two.competency_code as competency_set,
        members.competency_code
    from taught as one
    inner join taught as two
        on
            one.programme_id = two.programme_id
            and one.competency_code < two.competency_code
    inner join taught as members
        on
            one.programme_id = members.programme_id
            and (one.competency_code = members.competency_code or two.competency_code = members.competency_code)
    where one.n_competencies > 2

),

lacking as (

    select
        shortfalls.unit_id,
        sets.programme_id,
        sets.competency_set,
        count(distinct shortfalls.employee_key) as n_people
    from sets
    inner join {{ ref('int_planning__shortfalls') }} as shortfalls
        on sets.competency_code = shortfalls.competency_code
    group by
        shortfalls.unit_id,
        sets.programme_id,
        sets.competency_set

)

select
    lacking.unit_id,
    lacking.programme_id,
    lacking.competency_set,
    sets.competency_code,
    lacking.n_people
from lacking
inner join sets
    on
        lacking.programme_id = sets.programme_id
        and lacking.competency_set = sets.competency_set
