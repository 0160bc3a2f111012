{{ config(materialized='table') }}

with staff as (

    select
        unit_id,
        quarter,
        state_on,
        employee_key
    from {{ ref('int_service__staff') }}

),

sizes as (

    select
        unit_id,
        quarter,
        count(distinct employee_key) as n_staff
    from staff
    group by unit_id, quarter

),

trained as (

    select
        staff.unit_id,
        staff.quarter,
        participations.programme_id,
        count(distinct staff.employee_key) as n_trained
    from staff
    inner join {{ ref('int_training__participations') }} as participations
        on
            staff.employee_key = participations.employee_key
            and staff.state_on >= participations.completed_on
    where participations.is_completed
    group by
        staff.unit_id,
        staff.quarter,
        participations.programme_id

),

reached as (

    select
        trained.unit_id,
        trained.programme_id,
        thresholds.scope,
        thresholds.is_headline,
        min(trained.quarter) as treated_from
    from trained
    inner join sizes
        on
            trained.unit_id = sizes.unit_id
            and trained.quarter = sizes.quarter
    inner join {{ rules_in_force_now('rule_impact_threshold') }} as thresholds
        on trained.n_trained >= thresholds.share_trained * sizes.n_staff
    group by
        trained.unit_id,
        trained.programme_id,
        thresholds.scope,
        thresholds.is_headline

),

ranked as (

    select
        reached.*,
        lead(treated_from) over (
            partition by unit_id, scope
            order by treated_from asc nulls last, programme_id asc nulls last
        ) as censored_from,
        row_number() over (
            partition by unit_id, scope
            order by treated_from asc nulls last, programme_id asc nulls last
        ) as place
    from reached

)

select
    unit_id,
    scope,
    is_headline,
    programme_id,
    treated_from,
    censored_from
from ranked
where place = 1
