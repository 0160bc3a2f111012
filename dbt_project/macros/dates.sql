{# Day of the week by ISO 8601: 1 Monday to 7 Sunday. #}
{% macro iso_weekday(date) -%}
    {{ return(adapter.dispatch('iso_weekday')(date)) }}
{%- endmacro %}
{% macro default__iso_weekday(date) -%}
    cast(extract(dayofweek_iso from {{ date }}) as integer)
{%- endmacro %}
{% macro duckdb__iso_weekday(date) -%}
    cast(extract(isodow from {{ date }}) as integer)
{%- endmacro %}

{#
    Working days after one day, up to and including another, from the rows of dim_date of both: 0 on the same day, NULL
    when one of them is missing or when a day between them is of a year whose holidays are not known.
#}
{% macro working_days_after(first_date, last_date) -%}
    case
        when {{ last_date }}.unknown_day_number = {{ first_date }}.unknown_day_number
            then {{ last_date }}.working_day_number - {{ first_date }}.working_day_number
    end
{%- endmacro %}

{# The time in the city of a moment that the lake keeps in UTC: western Indonesia is seven hours ahead, and knows no summer time. #}
{% macro city_time(moment) -%}
    {{ moment }} + interval '7' hour
{%- endmacro %}
