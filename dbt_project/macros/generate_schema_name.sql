{# The schema of a node is the name that its folder has in dbt_project.yml, as it stands, without a prefix. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{- (custom_schema_name or target.schema) | trim -}}
{%- endmacro %}
