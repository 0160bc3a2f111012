{#
    Rounding as the regulations mean it: half up (for negative values, half away from zero), by whole numbers alone, so
    that no binary fraction ever decides on which side of a bound a figure falls. 67.045 becomes 67.05 on every engine.

    mart_half_up(numerator, denominator, digits)         the ratio as decimal(18, digits); NULL when the denominator is 0
    mart_half_up_scaled(numerator, denominator, digits)  the same as a whole number of units of 10^-digits (BIGINT)

    Numerator and denominator are whole-number expressions, the denominator never negative; `signed` says that the
    numerator may be.
#}
{% macro mart_half_up(numerator, denominator, digits, signed=false) -%}
    {%- set unit = '0.' ~ '0' * (digits - 1) ~ '1' if digits > 0 else '1' -%}
    cast(
        cast({{ mart_half_up_scaled(numerator, denominator, digits, signed) }} as decimal(18, 0)) * {{ unit }}
        as decimal(18, {{ digits }})
    )
{%- endmacro %}

{% macro mart_half_up_scaled(numerator, denominator, digits, signed=false) -%}
    {%- set wide = mart_wide_integer_type() -%}
    {%- set top = 'abs(' ~ numerator ~ ')' if signed else '(' ~ numerator ~ ')' -%}
    cast(
        {{ mart_whole_quotient(
            'cast(' ~ top ~ ' as ' ~ wide ~ ') * ' ~ 2 * 10 ** digits ~ ' + cast((' ~ denominator ~ ') as ' ~ wide ~ ')',
            'nullif(cast((' ~ denominator ~ ') as ' ~ wide ~ ') * 2, 0)'
        ) }} as bigint
    ){% if signed %} * cast(sign({{ numerator }}) as bigint){% endif %}
{%- endmacro %}

{% macro mart_wide_integer_type() %}{{ return(adapter.dispatch('mart_wide_integer_type')()) }}{% endmacro %}
{% macro default__mart_wide_integer_type() %}{{ return('decimal(38, 0)') }}{% endmacro %}
{% macro duckdb__mart_wide_integer_type() %}{{ return('hugeint') }}{% endmacro %}

{% macro mart_whole_quotient(numerator, denominator) -%}
    {{ return(adapter.dispatch('mart_whole_quotient')(numerator, denominator)) }}
{%- endmacro %}
{% macro default__mart_whole_quotient(numerator, denominator) -%}
    (({{ numerator }}) div ({{ denominator }}))
{%- endmacro %}
{% macro duckdb__mart_whole_quotient(numerator, denominator) -%}
    (({{ numerator }}) // ({{ denominator }}))
{%- endmacro %}
