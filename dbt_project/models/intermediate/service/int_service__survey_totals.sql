{% set elements = mart_survey_elements() %}
{% set own_score = [] %}
{% for element in elements %}
    {% do own_score.append('responses.' ~ element ~ ' * weights.weight_' ~ element) %}
{% endfor %}

with responses as (

    select
        responses.unit_id,
        coalesce(responses.service_name, 'Tidak disebutkan') as service_name,
        responses.quarter,
        responses.is_complete,
        {% for element in elements %}
            responses.{{ element }},
        {% endfor %}
        case when responses.is_complete then {{ own_score | join(' + ') }} end as own_score
    from {{ ref('fct_survey_response') }} as responses
    inner join {{ ref('int_service__quarter_rules') }} as rules
        on responses.quarter = rules.quarter
    left join {{ ref('int_service__survey_weights') }} as weights
        on
            rules.published_weight = weights.rule_set
            and rules.quarter_end_on >= weights.valid_from
            and (weights.valid_to is null or rules.quarter_end_on < weights.valid_to)
    where responses.unit_id is not null

),

by_service as (

    select
        unit_id,
        service_name,
        quarter,
        count(*) as n_responses,
        sum(case when is_complete then 0 else 1 end) as n_incomplete,
        {% for element in elements %}
            count({{ element }}) as n_{{ element }},
            coalesce(sum({{ element }}), 0) as sum_{{ element }},
        {% endfor %}
        count(own_score) as n_own_scores,
        sum(own_score) as sum_own_score,
        sum(own_score * own_score) as sum_own_score_squared
    from responses
    group by
        unit_id,
        service_name,
        quarter

),

all_services as (

    select
        unit_id,
        {{ mart_all_services_name() }} as service_name,
        quarter,
        sum(n_responses) as n_responses,
        sum(n_incomplete) as n_incomplete,
        {% for element in elements %}
            sum(n_{{ element }}) as n_{{ element }},
            sum(sum_{{ element }}) as sum_{{ element }},
        {% endfor %}
        sum(n_own_scores) as n_own_scores,
        sum(sum_own_score) as sum_own_score,
        sum(sum_own_score_squared) as sum_own_score_squared
    from by_service
    group by
        unit_id,
        quarter

)

{% for pool in ['by_service', 'all_services'] %}
    select
        unit_id,
        service_name,
        {{ (pool == 'all_services') | lower }} as is_all_services,
        quarter,
        n_responses,
        n_incomplete,
        {% for element in elements %}
            n_{{ element }},
            sum_{{ element }},
        {% endfor %}
        n_own_scores,
        sum_own_score,
        sum_own_score_squared
    from {{ pool }}
    {{ 'union all' if not loop.last }}
{% endfor %}
