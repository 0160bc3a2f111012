{# The rows of a rule seed that are in force on the date of the data, for the from clause of a query. #}
{% macro rules_in_force_now(seed) -%}
    (
        select rules.*
        from {{ ref(seed) }} as rules
        inner join {{ ref('int_refresh__as_of') }} as dated
            on
                dated.as_of_on >= rules.valid_from
                and (rules.valid_to is null or dated.as_of_on < rules.valid_to)
    )
{%- endmacro %}
