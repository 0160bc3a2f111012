{#
    One key from several columns: the hash of the parts as text, joined by `|`. A missing part counts as the marker
    `_null_`, so that a missing part and an empty one give different keys.
#}
{% macro surrogate_key(parts) -%}
    {%- set texts = [] -%}
    {%- for part in parts -%}
        {%- do texts.append("coalesce(cast(" ~ part ~ " as " ~ dbt.type_string() ~ "), '_null_')") -%}
    {%- endfor -%}
    {{ dbt.hash(texts | join(" || '|' || ")) }}
{%- endmacro %}
