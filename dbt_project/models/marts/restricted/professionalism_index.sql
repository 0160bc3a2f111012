select
    scores.employee_key,
    scores.year,
    scores.state_on,
    scores.unit_id,
    scores.employment_status,
    scores.position_class,
    scores.position_group,
    scores.education_level_code,
    cast(scores.qualification_score as decimal(5, 2)) as qualification_score,
    {% for component in ['leadership', 'functional', 'technical', 'seminar'] %}
        cast(scores.{{ component }}_score as decimal(5, 2)) as {{ component }}_training_score,
    {% endfor %}
    scores.is_functional_waived as is_functional_training_waived,
    cast(scores.competence_score as decimal(5, 2)) as competence_score,
    scores.appraisal_year,
    scores.predicate,
    cast(scores.performance_score as decimal(5, 2)) as performance_score,
    scores.worst_penalty,
    cast(scores.discipline_score as decimal(5, 2)) as discipline_score,
    cast(scores.total as decimal(5, 2)) as total,
    categories.category,
    categories.label_id as category_label_id,
    categories.rule_set,
    scores.scoring_rule_set
from {{ ref('int_professionalism__scores') }} as scores
left join {{ ref('rule_professionalism_category') }} as categories
    on
        categories.is_default
        and {{ mart_in_force('categories', 'scores.state_on') }}
        and {{ mart_within_bounds('categories', 'scores.total') }}
