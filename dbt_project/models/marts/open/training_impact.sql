{# Effects are shown with nine decimals: rupiah for a point are the ratio of two whole numbers, as everywhere. #}
{% set wide = mart_wide_integer_type() %}
{% set benefits = {
    'cost_per_point': 'abs(att)',
    'cost_per_point_low': 'most_benefit',
    'cost_per_point_high': 'least_benefit',
} %}
{# Sums in SQL depend on the order of rows in their last digits; what is shown does not. #}
with estimates as (

    select
        estimates.*,
        newest.as_of_on as data_as_of,
        case
            when estimates.estimator = 'cs_strata' then 'cs_strata_sql'
            else estimates.estimator
        end as shown_estimator,
        outcomes.evidence,
        outcomes.unit_kind,
        outcomes.is_higher_better,
        round(strata.att, 9) as strata_att,
        round(strata.se, 9) as strata_se,
        spending.n_completed,
        spending.cost_total,
        {# Baselines stay, and are called what they are. What only describes has no primary estimate that could be refused. #}
        estimates.is_baseline or coalesce(shown.is_effect_shown, true) as is_shown,
        case when outcomes.is_higher_better then estimates.ci_low else -estimates.ci_high end as least_benefit,
        case when outcomes.is_higher_better then estimates.ci_high else -estimates.ci_low end as most_benefit,
        case when outcomes.unit_kind = 'person' then spending.n_completed else estimates.n_treated end as n_paid_for
    from {{ ref('stg_impact__estimates') }} as estimates
    cross join {{ ref('int_refresh__as_of') }} as newest
    inner join {{ ref('ref_impact_outcome') }} as outcomes
        on estimates.outcome = outcomes.outcome
    left join {{ ref('int_impact__strata_estimates') }} as strata
        on
            estimates.outcome = strata.outcome
            and estimates.programme_id = strata.programme_id
    left join {{ ref('int_impact__shown') }} as shown
        on
            estimates.outcome = shown.outcome
            and estimates.programme_id = shown.programme_id
    left join {{ ref('int_impact__costs') }} as spending
        on estimates.programme_id = spending.programme_id

),

{# A point costs something only where there is an effect that may be shown, and it is a benefit. #}
priced as (

    select
        estimates.*,
        coalesce(
            is_primary
            and verdict in ('credible_positive', 'credible_negative')
            and least_benefit > 0
            and n_paid_for > 0,
            false
        ) as is_priced
    from estimates

)

select
    programme_id,
    outcome,
    cast(kirkpatrick_level as integer) as kirkpatrick_level,
    evidence,
    scope_type,
    scope_id,
    shown_estimator as estimator,
    control_group,
    is_baseline,
    is_primary,
    spec_version,
    data_as_of,
    n_measured,
    n_treated,
    n_control,
    n_clusters,
    n_treated_clusters,
    n_cohorts,
    n_pre_periods,
    n_post_periods,
    n_dropped_always_treated,
    n_dropped_small_cohorts,
    n_in_small_cohorts,
    n_censored,
    cast(share_outside_overlap as decimal(9, 4)) as share_outside_overlap,
    cast(attrition_treated as decimal(9, 4)) as attrition_treated,
    cast(attrition_control as decimal(9, 4)) as attrition_control,
    cast(share_at_ceiling as decimal(9, 4)) as share_at_ceiling,
    case when is_shown then case when shown_estimator = 'cs_strata_sql' then strata_att else att end end as att,
    case when is_shown then case when shown_estimator = 'cs_strata_sql' then strata_se else se end end as se,
    df,
    case when is_shown then ci_low end as ci_low,
    case when is_shown then ci_high end as ci_high,
    case when is_shown then p_value end as p_value,
    case when is_shown then q_value end as q_value,
    case when is_shown then att_sd end as att_sd,
    mde_80,
    pretrend_p,
    pretrend_df,
    max_abs_lead,
    honest_m_breakdown,
    case when is_shown and is_primary and se > 0 then round((strata_att - att) / se, 6) end as sql_vs_python_gap_se,
    sign_agrees_baselines,
    verdict,
    verdict_reason,
    cost_total,
    case when n_completed > 0 then {{ mart_half_up_scaled('cost_total', 'n_completed', 0) }} end as cost_per_head,
    {% for column, benefit in benefits.items() %}
        case
            when is_priced
                then {{ mart_half_up_scaled(
                    'cast(cost_total as ' ~ wide ~ ') * 1000000000',
                    'cast(n_paid_for as ' ~ wide ~ ') * cast(round(' ~ benefit ~ ' * 1000000000) as bigint)',
                    0
                ) }}
        end as {{ column }},
    {% endfor %}
    false as is_suppressed,
    cast(null as {{ dbt.type_string() }}) as suppression_reason
from priced
