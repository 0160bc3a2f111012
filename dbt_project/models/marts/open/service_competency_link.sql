{% set measures = {
    'competency_index': 'decimal(9, 2)',
    'share_below_standard': 'decimal(18, 4)',
    'trained_share': 'decimal(18, 4)',
    'ikm_published': 'decimal(9, 2)',
    'u6_competence': 'decimal(9, 4)',
    'u7_conduct': 'decimal(9, 4)',
    'complaints_per_1000_responses': 'decimal(18, 2)',
    'grievances_per_1000_responses': 'decimal(18, 2)',
    'median_days': 'decimal(9, 1)',
    'median_days_to_close': 'decimal(9, 1)'
} %}
{% set counts = ['n_employees', 'n_assessed', 'n_responses', 'n_complaints'] %}
select
    this_year.unit_id,
    this_year.quarter,
    {% for count in counts %}
        cast(this_year.{{ count }} as bigint) as {{ count }},
    {% endfor %}
    {% for measure, type in measures.items() %}
        cast(this_year.{{ measure }} as {{ type }}) as {{ measure }},
    {% endfor %}
    {% for count in counts %}
        cast(year_before.{{ count }} as bigint) as {{ count }}_year_before,
    {% endfor %}
    {% for measure, type in measures.items() %}
        cast(this_year.{{ measure }} - year_before.{{ measure }} as {{ type }}) as {{ measure }}_change,
    {% endfor %}
    this_year.rule_set,
    false as is_suppressed,
    cast(null as {{ dbt.type_string() }}) as suppression_reason
from {{ ref('int_service__link_measures') }} as this_year
left join {{ ref('int_service__link_measures') }} as year_before
    on
        this_year.unit_id = year_before.unit_id
        and this_year.quarter = cast({{ dbt.dateadd('year', 1, 'year_before.quarter') }} as date)
