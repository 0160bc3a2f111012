{{ config(materialized='table') }}

with shortfalls as (

    select distinct
        gaps.state_on,
        gaps.is_now,
        gaps.employee_key,
        gaps.competency_code,
        gaps.unit_id,
        gaps.position_class,
        gaps.required_level,
        gaps.assessed_level,
        gaps.gap,
        gaps.gap_band,
        gaps.assessed_on
    from {{ ref('int_competency__gaps_by_quarter') }} as gaps
    inner join {{ ref('int_training__years') }} as years
        on gaps.state_on = years.state_on
    where gaps.gap_status = 'gap'

),

{# What a programme taught is said by the catalogue of the day on which it ended, also where that of today holds it no more. #}
completed as (

    select
        participations.employee_key,
        participations.programme_id,
        participations.completed_on,
        programmes.target_level,
        row_number() over (
            partition by participations.employee_key, participations.programme_id, participations.completed_on
            order by
                case
                    when programmes.valid_from <= participations.completed_on then programmes.valid_from
                end desc nulls last,
                programmes.valid_from asc nulls last
        ) as preference
    from {{ ref('int_training__participations') }} as participations
    inner join {{ ref('dim_training_programme') }} as programmes
        on participations.programme_id = programmes.programme_id
    where participations.completed_on is not null

),

trained as (

    select distinct
        shortfalls.state_on,
        shortfalls.employee_key,
        shortfalls.competency_code
    from shortfalls
    inner join completed
        on
            shortfalls.employee_key = completed.employee_key
            and shortfalls.assessed_on <= completed.completed_on
            and shortfalls.state_on >= completed.completed_on
            and shortfalls.required_level <= completed.target_level
    inner join {{ ref('int_training__programme_competencies') }} as taught
        on
            completed.programme_id = taught.programme_id
            and shortfalls.competency_code = taught.competency_code
    where completed.preference = 1

),

needs as (

    select
        shortfalls.*,
        trained.employee_key is not null as is_trained_since_assessment,
        case when trained.employee_key is null then offers.programme_id end as recommended_programme,
        case
            when trained.employee_key is not null then 'TRAINED_SINCE_ASSESSMENT'
            else offers.no_programme_reason
        end as no_programme_reason,
        case when trained.employee_key is null then offers.hours_jp end as recommended_hours_jp,
        case when trained.employee_key is null then offers.cost_per_participant_idr end as estimated_cost_idr,
        offers.rule_set as recommendation_rule_set
    from shortfalls
    left join {{ ref('int_training__recommended_programmes') }} as offers
        on
            shortfalls.state_on = offers.state_on
            and shortfalls.competency_code = offers.competency_code
            and shortfalls.required_level = offers.required_level
            and coalesce(shortfalls.position_class, '') = coalesce(offers.position_class, '')
    left join trained
        on
            shortfalls.state_on = trained.state_on
            and shortfalls.employee_key = trained.employee_key
            and shortfalls.competency_code = trained.competency_code

)

select
    needs.*,
    needs.recommended_programme is not null
    and row_number() over (
        partition by needs.state_on, needs.employee_key, needs.recommended_programme
        order by needs.gap desc nulls last, needs.competency_code asc nulls last
    ) = 1 as is_seat_counted
from needs
