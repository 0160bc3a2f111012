select
    rule_set,
    instrument,
    valid_from,
    valid_to,
    {% for element in mart_survey_elements() %}
        max(case when element = '{{ element }}' then weight_numerator end) as weight_{{ element }},
    {% endfor %}
    max(weight_denominator) as weight_denominator,
    max(conversion_factor) as conversion_factor
from {{ ref('rule_survey_weight') }}
group by
    rule_set,
    instrument,
    valid_from,
    valid_to
