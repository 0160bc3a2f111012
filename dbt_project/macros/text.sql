{# Text without blanks at its ends and with single blanks inside, case kept: the spelling of a name. #}
{% macro clean_blanks(text) -%}
    trim({{ replace_pattern(text, '[[:space:]]+', ' ') }})
{%- endmacro %}

{# What identifies a name however it is typed: blanks cleaned and case folded. #}
{% macro fold_text(text) -%}
    lower({{ clean_blanks(text) }})
{%- endmacro %}

{# Every match of a regular expression replaced. DuckDB needs the option `g` to replace more than the first. #}
{% macro replace_pattern(text, pattern, replacement) -%}
    {{ return(adapter.dispatch('replace_pattern')(text, pattern, replacement)) }}
{%- endmacro %}
{% macro default__replace_pattern(text, pattern, replacement) -%}
    regexp_replace({{ text }}, '{{ pattern | replace("[[:space:]]", "\\\\s") }}', '{{ replacement }}')
{%- endmacro %}
{% macro duckdb__replace_pattern(text, pattern, replacement) -%}
    regexp_replace({{ text }}, '{{ pattern }}', '{{ replacement }}', 'g')
{%- endmacro %}

{# One row for each part of a text list, for the select list of a query: `M.1;M.3` gives two rows. #}
{% macro each_part(text, separator) -%}
    {{ return(adapter.dispatch('each_part')(text, separator)) }}
{%- endmacro %}
{% macro default__each_part(text, separator) -%}
    explode(split({{ text }}, '{{ separator }}'))
{%- endmacro %}
{% macro duckdb__each_part(text, separator) -%}
    unnest(string_split({{ text }}, '{{ separator }}'))
{%- endmacro %}

{# A text as a literal of SQL. Spark reads a backslash in it as the beginning of a sign that cannot be typed. #}
{% macro text_literal(text) -%}
    {{ return(adapter.dispatch('text_literal')(text)) }}
{%- endmacro %}
{% macro default__text_literal(text) -%}
    {{- return("'" ~ text | replace("'", "''") ~ "'") -}}
{%- endmacro %}
{% macro spark__text_literal(text) -%}
    {{- return("'" ~ text | replace("\\", "\\\\") | replace("'", "\\'") ~ "'") -}}
{%- endmacro %}
