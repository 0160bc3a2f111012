{#
    The standard in force for holders of positions: for each row of `holders` (position_id, position_class and a date
    column) and each competency, the one standard that counts on that date. A standard of the position beats that of its
    class; of several in force the newest beats the older. Returns a select without a trailing `where`.
#}
{% macro mart_standards_in_force(holders, date_column) %}
    select
        position_id,
        position_class,
        {{ date_column }},
        competency_code,
        required_level,
        rule_set,
        confidence
    from (
        select
            candidates.*,
            row_number() over (
                partition by position_id, position_class, {{ date_column }}, competency_code
                order by breadth asc nulls last, valid_from desc nulls last, standard_key asc nulls last
            ) as preference
        from (
            {% for level in ['position_id', 'position_class'] %}
                select
                    holders.position_id,
                    holders.position_class,
                    holders.{{ date_column }},
                    standards.competency_code,
                    standards.required_level,
                    standards.rule_set,
                    standards.confidence,
                    standards.valid_from,
                    standards.standard_key,
                    {{ loop.index }} as breadth
                from {{ holders }} as holders
                inner join {{ ref('fct_competency_standard') }} as standards
                    on holders.{{ level }} = standards.{{ level }}
                where
                    standards.valid_from <= holders.{{ date_column }}
                    and (standards.valid_to is null or standards.valid_to > holders.{{ date_column }})
                {{ 'union all' if not loop.last }}
            {% endfor %}
        ) as candidates
    ) as ranked
    where preference = 1
{% endmacro %}
