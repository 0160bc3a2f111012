{# The nine elements of the satisfaction survey, as the columns of fct_survey_response name them. #}
{% macro mart_survey_elements() %}
    {{- return(['u1', 'u2', 'u3', 'u4', 'u5', 'u6', 'u7', 'u8', 'u9']) -}}
{% endmacro %}

{# Name of the row that pools all services of a unit. #}
{% macro mart_all_services_name() %}'Semua layanan'{% endmacro %}

{#
    The satisfaction index of one row of totals (sum_u1, n_u1 ...) under one row of weights: the sum over the elements of
    (sum of answers / number of answers) x weight x conversion factor, to two decimals, half up. Each term is kept to 12
    decimals and the sum is first brought to 10, so that a sum of cut-off fractions that means exactly 67.045 is read as
    67.045. NULL when an element has no valid answer at all: the weights are never spread over the others.
#}
{% macro mart_survey_index(totals, weights) -%}
    {%- set terms = [] -%}
    {%- set answered = [] -%}
    {%- for element in mart_survey_elements() -%}
        {%- do answered.append(totals ~ '.n_' ~ element ~ ' > 0') -%}
        {%- do terms.append(mart_half_up_scaled(
            totals ~ '.sum_' ~ element ~ ' * ' ~ weights ~ '.weight_' ~ element ~ ' * ' ~ weights ~ '.conversion_factor',
            totals ~ '.n_' ~ element ~ ' * ' ~ weights ~ '.weight_denominator',
            12
        )) -%}
    {%- endfor -%}
    case
        when {{ answered | join(' and ') }}
            then {{ mart_half_up(mart_half_up_scaled(terms | join(' + '), '100', 0), '10000000000', 2) }}
    end
{%- endmacro %}
