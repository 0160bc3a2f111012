{% set elements = mart_survey_elements() %}
with window_of_feedback as (

    select
        newest.as_of_on,
        cast({{ dbt.dateadd('month', '-chosen.feedback_months', 'newest.as_of_on') }} as date) as after_on
    from {{ ref('int_refresh__as_of') }} as newest
    cross join {{ rules_in_force_now('rule_planning_parameter') }} as chosen

),

totals as (

    select
        {% for element in elements %}
            count(responses.{{ element }}) as n_{{ element }},
            sum(responses.{{ element }}) as sum_{{ element }},
        {% endfor %}
        responses.unit_id
    from {{ ref('fct_survey_response') }} as responses
    cross join window_of_feedback
    where
        responses.unit_id is not null
        and responses.responded_on > window_of_feedback.after_on
        and responses.responded_on <= window_of_feedback.as_of_on
    group by responses.unit_id

)

{% for element in elements %}
    select
        unit_id,
        '{{ element }}' as signal,
        n_{{ element }} as n_citizens,
        {{ mart_half_up('sum_' ~ element, 'n_' ~ element, 4) }} as signal_value
    from totals
    where n_{{ element }} > 0
    {{ 'union all' if not loop.last }}
{% endfor %}
