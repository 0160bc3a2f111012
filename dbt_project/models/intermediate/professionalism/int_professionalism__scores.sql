with annual_appraisals as (

    select
        employee_key,
        year,
        coalesce(predicate_code, predicate_code_delivered) as predicate_code,
        coalesce(predicate, predicate_delivered) as predicate
    from {{ ref('int_people__appraisals') }}
    where
        period_kind = 'year'
        and is_counted

),

appraised_years as (

    select distinct year
    from annual_appraisals

),

evidence as (

    select
        employees.*,
        appraised_years.year as appraisal_year,
        annual_appraisals.predicate,
        case
            when appraised_years.year is not null then coalesce(annual_appraisals.predicate_code, 'none')
        end as performance_code,
        case when known_years.is_discipline_known then coalesce(penalties.penalty_level, 'none') end as worst_penalty
    from {{ ref('int_people__employees_by_year') }} as employees
    inner join {{ ref('int_professionalism__known_years') }} as known_years
        on employees.year = known_years.year
    left join {{ ref('rule_professionalism_points') }} as performance_years
        on
            performance_years.dimension = 'performance'
            and performance_years.code = 'none'
            and {{ mart_in_force('performance_years', 'employees.state_on') }}
    left join appraised_years
        on employees.year - performance_years.years_back = appraised_years.year
    left join annual_appraisals
        on
            employees.employee_key = annual_appraisals.employee_key
            and appraised_years.year = annual_appraisals.year
    left join {{ ref('int_professionalism__penalties') }} as penalties
        on
            employees.employee_key = penalties.employee_key
            and employees.year = penalties.year

)

select
    evidence.employee_key,
    evidence.year,
    evidence.state_on,
    evidence.unit_id,
    evidence.employment_status,
    evidence.position_class,
    competence.position_group,
    evidence.education_level_code,
    evidence.appraisal_year,
    evidence.predicate,
    evidence.worst_penalty,
    qualification.points as qualification_score,
    competence.leadership_score,
    competence.functional_score,
    competence.technical_score,
    competence.seminar_score,
    competence.is_functional_waived,
    competence.competence_score,
    performance.points as performance_score,
    discipline.points as discipline_score,
    qualification.points + competence.competence_score + performance.points + discipline.points as total,
    qualification.rule_set as scoring_rule_set
from evidence
left join {{ ref('int_professionalism__competence') }} as competence
    on
        evidence.employee_key = competence.employee_key
        and evidence.year = competence.year
{% for dimension, code in [
    ('qualification', 'education_level_code'), ('performance', 'performance_code'), ('discipline', 'worst_penalty')
] %}
    left join {{ ref('rule_professionalism_points') }} as {{ dimension }}
        on
            {{ dimension }}.dimension = '{{ dimension }}'
            and evidence.{{ code }} = {{ dimension }}.code
            and {{ mart_in_force(dimension, 'evidence.state_on') }}
{% endfor %}
