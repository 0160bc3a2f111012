{% set dimensions = ['qualification', 'competence', 'performance', 'discipline'] %}
{# Of a few people the mean of performance is withheld by the number of those with a total, so it rests on exactly these. #}
{% set scores = {
    'qualification': 'people.qualification_score',
    'competence': 'people.competence_score',
    'performance': 'case when people.total is not null then people.performance_score end',
    'discipline': 'people.discipline_score',
} %}

with rolled_up as (

    select
        ancestors.ancestor_unit_id as unit_id,
        people.year,
        people.state_on,
        count(*) as n,
        count(people.total) as n_scored,
        {% for dimension in dimensions %}
            count({{ scores[dimension] }}) as n_{{ dimension }},
            cast(sum({{ scores[dimension] }} * 100) as bigint) as hundredths_{{ dimension }},
        {% endfor %}
        cast(sum(people.total * 100) as bigint) as hundredths_total
    from {{ ref('professionalism_index') }} as people
    inner join {{ ref('int_units__ancestors') }} as ancestors
        on
            people.unit_id = ancestors.unit_id
            and {{ mart_in_force('ancestors', 'people.state_on') }}
    group by
        ancestors.ancestor_unit_id,
        people.year,
        people.state_on

),

means as (

    select
        unit_id,
        year,
        state_on,
        n,
        n_scored,
        {% for dimension in dimensions %}
            {{ mart_half_up('hundredths_' ~ dimension, '100 * n_' ~ dimension, 4) }} as mean_{{ dimension }},
        {% endfor %}
        {{ mart_half_up('hundredths_total', '100 * n_scored', 4) }} as total
    from rolled_up

)

select
    means.unit_id,
    means.year,
    cast(means.n as bigint) as n,
    cast(means.n_scored as bigint) as n_scored,
    {% for dimension in dimensions %}
        means.mean_{{ dimension }},
    {% endfor %}
    means.total,
    categories.category,
    categories.rule_set,
    false as is_suppressed,
    cast(null as {{ dbt.type_string() }}) as suppression_reason
from means
left join {{ ref('rule_professionalism_category') }} as categories
    on
        categories.is_default
        and {{ mart_in_force('categories', 'means.state_on') }}
        and {{ mart_within_bounds('categories', 'means.total') }}
