{# Join condition: the row of `rules`, a seed with valid_from and valid_to, is in force on the day. #}
{% macro mart_in_force(rules, day) -%}
    {{ day }} >= {{ rules }}.valid_from
    and ({{ rules }}.valid_to is null or {{ day }} < {{ rules }}.valid_to)
{%- endmacro %}

{#
    Join condition: the value lies within the bounds of the row of `rules`, which say by lower_is_inclusive and
    upper_is_inclusive whether they themselves belong to it. An empty bound is open; an empty value lies nowhere.
#}
{% macro mart_within_bounds(rules, value) -%}
    {{ value }} is not null
    and (
        {{ rules }}.lower_bound is null
        or {{ value }} > {{ rules }}.lower_bound
        or ({{ rules }}.lower_is_inclusive and {{ value }} = {{ rules }}.lower_bound)
    )
    and (
        {{ rules }}.upper_bound is null
        or {{ value }} < {{ rules }}.upper_bound
        or ({{ rules }}.upper_is_inclusive and {{ value }} = {{ rules }}.upper_bound)
    )
{%- endmacro %}

{#
    Condition: a name holds the words, whole and next to each other, whatever its case, blanks and signs. `words` are in
    lower case with single blanks: `pim ii` is in `Diklat PIM II`, but not in `Diklat PIM III`.
#}
{% macro mart_has_words(name, words) -%}
    ' ' || {{ replace_pattern('lower(' ~ name ~ ')', '[^a-z0-9]+', ' ') }} || ' ' like '% ' || {{ words }} || ' %'
{%- endmacro %}
