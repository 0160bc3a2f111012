{#
    Order by: which assessment of a person speaks for the person, the newest first; on one day the order of purposes decides, then the later
    delivery. `purposes` is rule_assessment_purpose, joined on purpose and day.
#}
{% macro mart_assessment_order(assessments, purposes) -%}
    {{ assessments }}.assessed_on desc nulls last,
    {{ purposes }}.precedence asc nulls last,
    {{ assessments }}.delivery_on desc nulls last,
    {{ assessments }}.assessment_key asc nulls last
{%- endmacro %}
