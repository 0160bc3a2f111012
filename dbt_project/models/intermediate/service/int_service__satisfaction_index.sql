{% set elements = mart_survey_elements() %}
{% set indices = {'exact': "'1/9'", '011': "'0.11'", 'published': 'rules.published_weight'} %}
with measured as (

    select
        totals.unit_id,
        totals.service_name,
        totals.is_all_services,
        totals.quarter,
        rules.quarter_end_on,
        totals.n_responses,
        totals.n_incomplete,
        {% for element in elements %}
            {{ mart_half_up('totals.sum_' ~ element, 'totals.n_' ~ element, 4) }} as nrr_{{ element }},
        {% endfor %}
        {% for index in indices %}
            {{ mart_survey_index('totals', 'weights_' ~ index) }} as ikm_{{ index }},
        {% endfor %}
        rules.published_weight
    from {{ ref('int_service__survey_totals') }} as totals
    inner join {{ ref('int_service__quarter_rules') }} as rules
        on totals.quarter = rules.quarter
    {% for index, rule_set in indices.items() %}
        left join {{ ref('int_service__survey_weights') }} as weights_{{ index }}
            on
                weights_{{ index }}.rule_set = {{ rule_set }}
                and rules.quarter_end_on >= weights_{{ index }}.valid_from
                and (weights_{{ index }}.valid_to is null or rules.quarter_end_on < weights_{{ index }}.valid_to)
    {% endfor %}

)

select
    measured.unit_id,
    measured.service_name,
    measured.is_all_services,
    measured.quarter,
    measured.n_responses,
    measured.n_incomplete,
    {% for element in elements %}
        measured.nrr_{{ element }},
    {% endfor %}
    measured.ikm_exact,
    measured.ikm_011,
    measured.ikm_published,
    measured.published_weight,
    bands.rule_set as band_rule_set,
    bands.mutu,
    bands.label_id as mutu_label_id
from measured
left join {{ ref('rule_survey_band') }} as bands
    on
        measured.quarter_end_on >= bands.valid_from
        and (bands.valid_to is null or measured.quarter_end_on < bands.valid_to)
        and (bands.lower_bound is null or measured.ikm_published >= bands.lower_bound)
        and (bands.upper_bound is null or measured.ikm_published < bands.upper_bound)
        and measured.ikm_published is not null
