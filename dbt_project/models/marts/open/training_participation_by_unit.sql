{% set counts_of_people = ['n_employees', 'n_pns', 'n_pppk'] %}
{% set counts_of_invitations = [
    'n_people_invited', 'n_invited', 'n_people_accepted', 'n_accepted', 'n_people_declined', 'n_declined',
    'n_people_no_show', 'n_no_show', 'n_people_completed', 'n_completed', 'n_repeat_refusers',
] %}
{% set shares_of_people = {
    'hours_per_head': ('cast(hours.hours_jp * 10000 as bigint)', 'hours.n_employees * 10000'),
    'share_reaching_hours': ('hours.n_floor_reached', 'hours.n_with_floor'),
    'hours_per_head_pppk': ('cast(hours.hours_jp_with_ceiling * 10000 as bigint)', 'hours.n_with_ceiling * 10000'),
    'share_over_ceiling': ('hours.n_ceiling_exceeded', 'hours.n_with_ceiling'),
    'share_trained': ('hours.n_trained', 'hours.n_employees'),
} %}
{% set parts = ['completed_share', 'share_trained', 'share_reaching_hours'] %}

with units as (

    select
        year,
        unit_id
    from {{ ref('int_training__unit_hours') }}
    union
    select
        year,
        unit_id
    from {{ ref('int_training__unit_funnel') }}

),

figures as (

    select
        units.unit_id,
        units.year,
        years.state_on,
        {% for count in counts_of_people %}
            coalesce(hours.{{ count }}, 0) as {{ count }},
        {% endfor %}
        {% for count in counts_of_invitations %}
            coalesce(funnel.{{ count }}, 0) as {{ count }},
        {% endfor %}
        {{ mart_half_up('funnel.n_declined', 'funnel.n_invited', 4) }} as decline_rate,
        {{ mart_half_up('funnel.n_no_show', 'funnel.n_accepted', 4) }} as no_show_rate,
        top_reasons.top_reason_group,
        {% for share, (part, whole) in shares_of_people.items() %}
            case
                when years.is_before_trainings then null
                else {{ mart_half_up(part, whole, 4) }}
            end as {{ share }},
        {% endfor %}
        {{ mart_half_up('funnel.n_completed', 'funnel.n_invited', 4) }} as completed_share,
        hours.floor_rule_set,
        hours.ceiling_rule_set
    from units
    inner join {{ ref('int_training__years') }} as years
        on units.year = years.year
    {% for name in ['hours', 'funnel', 'top_reasons'] %}
        left join {{ ref('int_training__unit_' ~ name) }} as {{ name }}
            on
                units.year = {{ name }}.year
                and units.unit_id = {{ name }}.unit_id
    {% endfor %}

),

weights as (

    select
        years.year,
        {% for part in parts %}
            max(case when rules.part = '{{ part }}' then rules.weight end) as {{ part }}_weight,
        {% endfor %}
        rules.rule_set
    from {{ ref('int_training__years') }} as years
    inner join {{ ref('rule_learning_culture') }} as rules
        on
            years.state_on >= rules.valid_from
            and (rules.valid_to is null or years.state_on < rules.valid_to)
    group by
        years.year,
        rules.rule_set

)

select
    figures.unit_id,
    figures.year,
    {% for count in counts_of_people + counts_of_invitations %}
        cast(figures.{{ count }} as bigint) as {{ count }},
    {% endfor %}
    figures.decline_rate,
    figures.no_show_rate,
    figures.top_reason_group,
    figures.hours_per_head,
    figures.share_reaching_hours,
    figures.hours_per_head_pppk,
    figures.share_over_ceiling,
    figures.completed_share,
    figures.share_trained,
    {{ mart_half_up(
        'weights.completed_share_weight * figures.completed_share * 10000'
        ~ ' + weights.share_trained_weight * figures.share_trained * 10000'
        ~ ' + weights.share_reaching_hours_weight * figures.share_reaching_hours * 10000',
        '10000',
        2
    ) }} as learning_culture_index,
    figures.floor_rule_set,
    figures.ceiling_rule_set,
    weights.rule_set as index_rule_set,
    false as is_suppressed,
    cast(null as {{ dbt.type_string() }}) as suppression_reason
from figures
left join weights
    on figures.year = weights.year
