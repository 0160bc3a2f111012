{# Of a quarter before all that an extract tells of, and before its first delivery, nobody knows what there was. #}
{% set extracts = {
    'reports': ('feedback/complaints', 'fct_complaint', 'received_at'),
    'surveys': ('feedback/survey_responses', 'fct_survey_response', 'responded_on'),
} %}

with served as (

    select
        unit_id,
        quarter
    from {{ ref('int_service__survey_totals') }}
    where is_all_services
    union
    select
        unit_id,
        quarter
    from {{ ref('int_service__complaints_by_quarter') }}

),

{% for name, (extract, facts, day) in extracts.items() %}
    {{ name }}_told as (

        select min(told_on) as told_from
        from (
            select cast({{ day }} as date) as told_on
            from {{ ref(facts) }}
            union all
            select delivery_on as told_on
            from {{ ref('int_refresh__deliveries') }}
            where extract = '{{ extract }}'
        ) as told

    ){{ ',' if not loop.last }}

{% endfor %}
select
    served.unit_id,
    served.quarter,
    {% for name in extracts %}
        coalesce(rules.quarter_end_on < {{ name }}_told.told_from, true) as is_before_{{ name }},
    {% endfor %}
    rules.quarter_end_on,
    states.state_on
from served
{% for name in extracts %}
    cross join {{ name }}_told
{% endfor %}
inner join {{ ref('int_service__quarter_rules') }} as rules
    on served.quarter = rules.quarter
left join {{ ref('int_competency__quarters') }} as states
    on served.quarter = states.quarter
