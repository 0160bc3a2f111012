with delivered as (

    select
        min(case when extract = 'evaluation/training_participants' then delivery_on end) as participants_on,
        count(case when extract = 'evaluation/training_programmes' then 1 end) > 0 as has_programmes,
        count(case when extract = 'hr/disciplinary_actions' then 1 end) > 0 as has_actions
    from {{ ref('int_refresh__deliveries') }}

),

told_of as (

    select min(coalesce(ended_on, started_on, invited_on)) as participations_from
    from {{ ref('fct_training_participation') }}

)

select
    years.year,
    delivered.has_programmes
    and coalesce(
        delivered.participants_on <= years.state_on or told_of.participations_from <= years.state_on,
        false
    ) as is_competence_known,
    delivered.has_actions as is_discipline_known
from {{ ref('int_people__years') }} as years
cross join delivered
cross join told_of
