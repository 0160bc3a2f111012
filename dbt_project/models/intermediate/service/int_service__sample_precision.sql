{% set wide = mart_wide_integer_type() %}
with spread as (

    select
        totals.unit_id,
        totals.service_name,
        totals.is_all_services,
        totals.quarter,
        totals.n_responses,
        rules.sample_rule_set,
        rules.chi_square,
        rules.proportion,
        rules.margin,
        rules.population_default,
        case
            when totals.n_own_scores > 1
                then
                    cast(
                        cast(totals.n_own_scores as {{ wide }}) * totals.sum_own_score_squared
                        - cast(totals.sum_own_score as {{ wide }}) * totals.sum_own_score as double
                    )
                    / cast(totals.n_own_scores as double) / cast(totals.n_own_scores - 1 as double)
        end as score_variance,
        cast(totals.n_own_scores as double) as n_own_scores,
        cast(weights.conversion_factor as double) / cast(weights.weight_denominator as double) as points_per_score
    from {{ ref('int_service__survey_totals') }} as totals
    inner join {{ ref('int_service__quarter_rules') }} as rules
        on totals.quarter = rules.quarter
    left join {{ ref('int_service__survey_weights') }} as weights
        on
            rules.published_weight = weights.rule_set
            and rules.quarter_end_on >= weights.valid_from
            and (weights.valid_to is null or rules.quarter_end_on < weights.valid_to)

),

terms as (

    select
        spread.*,
        cast(chi_square * proportion * (1 - proportion) * 10000000 as {{ wide }}) as spread_units,
        cast(margin * margin * 10000000 as {{ wide }}) as margin_units
    from spread

)

select
    unit_id,
    service_name,
    is_all_services,
    quarter,
    n_responses,
    sample_rule_set,
    population_default as sample_population,
    {{ mart_half_up(
        'spread_units * population_default',
        'margin_units * (population_default - 1) + spread_units',
        0
    ) }} as sample_required,
    cast(sqrt(chi_square * score_variance / n_own_scores) * points_per_score as decimal(18, 6)) as ci_half_width
from terms
