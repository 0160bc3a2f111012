with first_deliveries as (

    select
        min(case when extract = 'evaluation/training_participants' then delivery_on end) as participants_on,
        min(case when extract = 'evaluation/training_programmes' then delivery_on end) as programmes_on,
        min(case when extract = 'hr/disciplinary_actions' then delivery_on end) as actions_on
    from {{ ref('int_refresh__deliveries') }}

)

select
    years.year,
    coalesce(
        first_deliveries.participants_on <= years.state_on and first_deliveries.programmes_on <= years.state_on,
        false
    ) as is_competence_known,
    coalesce(first_deliveries.actions_on <= years.state_on, false) as is_discipline_known
from {{ ref('int_people__years') }} as years
cross join first_deliveries
