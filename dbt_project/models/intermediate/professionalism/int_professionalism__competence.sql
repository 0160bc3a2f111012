{{ config(materialized='table') }}

with possible as (

    select
        employees.employee_key,
        employees.year,
        employees.state_on,
        position_groups.position_group,
        components.component,
        components.points,
        components.minimum_hours_jp,
        components.hours_basis,
        components.years_back,
        components.needs_matching_level,
        leadership.leadership_level
    from {{ ref('int_people__employees_by_year') }} as employees
    inner join {{ ref('rule_professionalism_position') }} as position_groups
        on
            employees.position_type_code = position_groups.position_type_code
            and {{ mart_in_force('position_groups', 'employees.state_on') }}
    inner join {{ ref('rule_professionalism_competence') }} as components
        on
            position_groups.position_group = components.position_group
            and components.is_default
            and {{ mart_in_force('components', 'employees.state_on') }}
    left join {{ ref('rule_leadership_position') }} as leadership
        on
            employees.position_class = leadership.position_class
            and {{ mart_in_force('leadership', 'employees.state_on') }}

),

trained as (

    select
        possible.employee_key,
        possible.year,
        possible.component,
        count(*) as n_trainings,
        max(trainings.hours_jp) as longest_jp,
        sum(trainings.hours_jp) as total_jp
    from possible
    inner join {{ ref('int_professionalism__trainings') }} as trainings
        on
            possible.employee_key = trainings.employee_key
            and possible.state_on >= trainings.counted_on
            and (
                possible.years_back is null
                or trainings.counted_on > {{ dbt.dateadd('year', '-possible.years_back', 'possible.state_on') }}
            )
            and (not possible.needs_matching_level or possible.leadership_level = trainings.leadership_level)
    inner join {{ ref('rule_professionalism_training') }} as kinds
        on
            possible.component = kinds.component
            and trainings.training_type_code = kinds.training_type_code
            and trainings.status = kinds.status
            and {{ mart_in_force('kinds', 'possible.state_on') }}
    group by
        possible.employee_key,
        possible.year,
        possible.component

),

judged as (

    select
        possible.employee_key,
        possible.year,
        possible.position_group,
        possible.component,
        waivers.component is not null as is_waived,
        case
            when waivers.component is not null then possible.points
            when not known_years.is_competence_known then null
            when trained.n_trainings is null then 0
            when possible.minimum_hours_jp is null then possible.points
            when
                case possible.hours_basis when 'single' then trained.longest_jp when 'total' then trained.total_jp end
                >= possible.minimum_hours_jp
                then possible.points
            else 0
        end as score
    from possible
    inner join {{ ref('int_professionalism__known_years') }} as known_years
        on possible.year = known_years.year
    left join trained
        on
            possible.employee_key = trained.employee_key
            and possible.year = trained.year
            and possible.component = trained.component
    left join {{ ref('int_professionalism__waivers') }} as waivers
        on
            possible.employee_key = waivers.employee_key
            and possible.year = waivers.year
            and possible.component = waivers.component

)

select
    employee_key,
    year,
    position_group,
    {% for component in ['leadership', 'functional', 'technical', 'seminar'] %}
        max(case when component = '{{ component }}' then score end) as {{ component }}_score,
    {% endfor %}
    max(case when is_waived then 1 else 0 end) = 1 as is_functional_waived,
    case when count(score) = count(*) then sum(score) end as competence_score
from judged
group by
    employee_key,
    year,
    position_group
