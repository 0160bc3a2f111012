{{ config(materialized='table') }}

with records as (

    select
        participations.*,
        row_number() over (
            partition by
                participations.employee_key,
                participations.programme_id,
                coalesce(participations.batch, participations.participation_id),
                extract(year from participations.invited_on)
            order by
                participations.delivery_on desc nulls last,
                participations.invited_on desc nulls last,
                participations.participation_key asc nulls last
        ) as recency,
        count(*) over (
            partition by
                participations.employee_key,
                participations.programme_id,
                coalesce(participations.batch, participations.participation_id),
                extract(year from participations.invited_on)
        ) as n_records
    from {{ ref('fct_training_participation') }} as participations

),

placed as (

    select
        records.*,
        coalesce(records.ended_on, records.started_on, records.invited_on) as last_known_on,
        employees.unit_id,
        employees.employment_status,
        employees.position_id,
        row_number() over (
            partition by records.participation_key
            order by
                case when employees.valid_from <= records.invited_on then employees.valid_from end desc nulls last,
                employees.valid_from asc nulls last
        ) as preference
    from records
    left join {{ ref('dim_employee') }} as employees
        on records.employee_key = employees.employee_key
    where records.recency = 1

)

select
    placed.participation_key,
    placed.employee_key,
    placed.programme_id,
    placed.batch,
    placed.n_records,
    placed.unit_id,
    placed.employment_status,
    classes.position_class,
    placed.invited_on,
    cast(extract(year from placed.invited_on) as integer) as invited_year,
    placed.started_on,
    placed.ended_on,
    placed.status,
    statuses.rule_set,
    coalesce(statuses.is_accepted, false) as is_accepted,
    coalesce(statuses.is_declined, false) as is_declined,
    coalesce(statuses.is_no_show, false) as is_no_show,
    coalesce(statuses.is_attended, false) as is_attended,
    coalesce(statuses.is_completed, false) as is_completed,
    case when statuses.is_declined then reasons.reason_group end as declined_reason_group,
    case when statuses.is_no_show then reasons.reason_group end as absence_reason_group,
    case when statuses.is_declined or statuses.is_no_show then reasons.rule_set end as reason_rule_set,
    case when statuses.is_completed then placed.last_known_on end as completed_on,
    case when statuses.is_completed then cast(extract(year from placed.last_known_on) as integer) end as credited_year,
    case when statuses.is_completed then placed.hours_jp end as hours_jp,
    placed.pre_score,
    placed.post_score,
    placed.satisfaction,
    placed.cost_idr
from placed
left join {{ ref('int_people__position_classes') }} as classes
    on
        placed.position_id = classes.position_id
        and {{ mart_in_force('classes', 'placed.invited_on') }}
left join {{ ref('rule_training_status') }} as statuses
    on
        placed.status = statuses.status
        and placed.invited_on >= statuses.valid_from
        and (statuses.valid_to is null or placed.invited_on < statuses.valid_to)
left join {{ ref('int_training__reason_groups') }} as reasons
    on placed.participation_key = reasons.participation_key
where placed.preference = 1
