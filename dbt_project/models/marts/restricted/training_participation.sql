with scored as (

    select
        participations.*,
        {{ mart_half_up(
            '(participations.post_score - participations.pre_score) * 10000',
            '(scales.best_score - participations.pre_score) * 10000',
            4,
            signed=true
        ) }} as normalised_gain
    from {{ ref('int_training__participations') }} as participations
    left join {{ ref('rule_planning_parameter') }} as scales
        on {{ mart_in_force('scales', 'participations.invited_on') }}

)

select
    scored.participation_key,
    scored.employee_key,
    scored.programme_id,
    scored.batch,
    cast(scored.n_records as bigint) as n_records,
    scored.unit_id,
    scored.employment_status,
    scored.position_class,
    scored.invited_on,
    scored.invited_year,
    scored.started_on,
    scored.ended_on,
    scored.status,
    scored.is_accepted,
    scored.is_declined,
    scored.is_no_show,
    scored.is_attended,
    scored.is_completed,
    scored.declined_reason_group,
    scored.absence_reason_group,
    cast(refusals.n_refusals as bigint) as n_refusals,
    coalesce(refusals.is_repeat_refusal, false) as is_repeat_refusal,
    scored.completed_on,
    scored.credited_year,
    scored.hours_jp,
    scored.pre_score,
    scored.post_score,
    scored.normalised_gain,
    bands.band as gain_band,
    scored.satisfaction,
    scored.cost_idr,
    scored.rule_set,
    scored.reason_rule_set,
    refusals.rule_set as refusal_rule_set,
    bands.rule_set as gain_rule_set
from scored
left join {{ ref('int_training__refusals') }} as refusals
    on scored.participation_key = refusals.participation_key
left join {{ ref('rule_gain_band') }} as bands
    on
        scored.invited_on >= bands.valid_from
        and (bands.valid_to is null or scored.invited_on < bands.valid_to)
        and (bands.lower_bound is null or scored.normalised_gain >= bands.lower_bound)
        and (bands.upper_bound is null or scored.normalised_gain < bands.upper_bound)
        and scored.normalised_gain is not null
