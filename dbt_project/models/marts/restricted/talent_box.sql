with appraised as (

    select
        employees.employee_key,
        employees.year,
        appraisals.year as appraisal_year,
        appraisals.predicate,
        scores.score,
        row_number() over (
            partition by employees.employee_key, employees.year
            order by appraisals.year desc nulls last
        ) as recency
    from {{ ref('int_people__employees_by_year') }} as employees
    inner join {{ ref('int_people__appraisals') }} as appraisals
        on
            employees.employee_key = appraisals.employee_key
            and appraisals.period_kind = 'year'
            and appraisals.is_counted
    inner join {{ ref('rule_talent_score') }} as scores
        on
            coalesce(appraisals.predicate_code, appraisals.predicate_code_delivered) = scores.predicate_code
            and {{ mart_in_force('scores', 'employees.state_on') }}
    where appraisals.year between employees.year - scores.years_back and employees.year

),

assessed as (

    select
        employees.employee_key,
        employees.year,
        assessments.assessed_on,
        assessments.valid_until,
        {{ mart_half_up('100 * totals.sum_assessed', 'totals.sum_required', 2) }} as jpm_raw,
        row_number() over (
            partition by employees.employee_key, employees.year
            order by {{ mart_assessment_order('assessments', 'purposes') }}
        ) as recency
    from {{ ref('int_people__employees_by_year') }} as employees
    inner join {{ ref('fct_assessment') }} as assessments
        on
            employees.employee_key = assessments.employee_key
            and employees.state_on between assessments.assessed_on and assessments.valid_until
    inner join {{ ref('int_competency__match_totals') }} as totals
        on assessments.assessment_key = totals.assessment_key
    left join {{ ref('rule_assessment_purpose') }} as purposes
        on
            assessments.purpose = purposes.purpose
            and {{ mart_in_force('purposes', 'assessments.assessed_on') }}
    where totals.sum_required > 0

)

select
    employees.employee_key,
    employees.year,
    employees.state_on,
    employees.unit_id,
    employees.employment_status,
    employees.position_class,
    appraised.appraisal_year,
    appraised.predicate,
    cast(appraised.score as decimal(9, 4)) as performance_score,
    performance.level as performance_axis,
    assessed.assessed_on,
    assessed.valid_until,
    assessed.jpm_raw,
    potential.level as potential_axis,
    boxes.box,
    boxes.in_talent_pool,
    boxes.recommended_action,
    boxes.rule_set,
    coalesce(performance.rule_set, potential.rule_set) as axis_rule_set
from {{ ref('int_people__employees_by_year') }} as employees
left join appraised
    on
        employees.employee_key = appraised.employee_key
        and employees.year = appraised.year
        and appraised.recency = 1
left join assessed
    on
        employees.employee_key = assessed.employee_key
        and employees.year = assessed.year
        and assessed.recency = 1
{% for axis, measure in [('performance', 'appraised.score'), ('potential', 'assessed.jpm_raw')] %}
    left join {{ ref('rule_talent_axis') }} as {{ axis }}
        on
            {{ axis }}.axis = '{{ axis }}'
            and {{ axis }}.is_default
            and {{ mart_in_force(axis, 'employees.state_on') }}
            and {{ measure }} is not null
            and ({{ axis }}.lower_bound is null or {{ measure }} >= {{ axis }}.lower_bound)
            and ({{ axis }}.upper_bound is null or {{ measure }} < {{ axis }}.upper_bound)
{% endfor %}
left join {{ ref('rule_talent_box') }} as boxes
    on
        performance.level = boxes.performance_axis
        and potential.level = boxes.potential_axis
        and {{ mart_in_force('boxes', 'employees.state_on') }}
