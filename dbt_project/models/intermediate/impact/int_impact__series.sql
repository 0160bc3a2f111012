{{ config(materialized='table') }}

with levels as (

    select
        employee_key,
        competency_code,
        quarter,
        measured_on,
        measured
    from {{ ref('int_impact__measures') }}
    where outcome = 'competence'

),

taught as (

    select
        programme_id,
        competency_code,
        count(*) over (partition by programme_id) as n_taught
    from {{ ref('int_training__programme_competencies') }}

)

{# All that a programme teaches has to be assessed, so that a change in what is assessed is no change in competence. #}
select
    'competence' as outcome,
    taught.programme_id as series_programme_id,
    levels.employee_key,
    levels.quarter,
    max(levels.measured_on) as measured_on,
    avg(levels.measured) as measured
from levels
inner join taught
    on levels.competency_code = taught.competency_code
left join {{ ref('int_impact__first_trainings') }} as trainings
    on levels.employee_key = trainings.employee_key
where
    trainings.programme_id is null
    or trainings.programme_id = taught.programme_id
group by
    taught.programme_id,
    taught.n_taught,
    levels.employee_key,
    levels.quarter
having count(*) = taught.n_taught
union all
select
    'competence_index' as outcome,
    null as series_programme_id,
    levels.employee_key,
    levels.quarter,
    max(levels.measured_on) as measured_on,
    avg(levels.measured) as measured
from levels
inner join {{ ref('ref_competency') }} as competencies
    on levels.competency_code = competencies.competency_code
group by
    levels.employee_key,
    levels.quarter
having count(*) = (select count(*) from {{ ref('ref_competency') }})
union all
select
    outcome,
    null as series_programme_id,
    employee_key,
    quarter,
    measured_on,
    measured
from {{ ref('int_impact__measures') }}
where outcome <> 'competence'
