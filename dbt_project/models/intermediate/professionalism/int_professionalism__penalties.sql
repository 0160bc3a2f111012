with ranked as (

    select
        employees.employee_key,
        employees.year,
        penalties.level as penalty_level,
        points.points,
        row_number() over (
            partition by employees.employee_key, employees.year
            order by points.points asc nulls last, actions.decided_on desc nulls last, actions.action_key asc nulls last
        ) as severity
    from {{ ref('int_people__employees_by_year') }} as employees
    inner join {{ ref('fct_disciplinary_action') }} as actions
        on
            employees.employee_key = actions.employee_key
            and employees.state_on >= actions.decided_on
    inner join {{ ref('ref_discipline_penalty') }} as penalties
        on
            actions.penalty_code = penalties.penalty_code
            and penalties.is_penalty
    inner join {{ ref('rule_professionalism_points') }} as points
        on
            points.dimension = 'discipline'
            and penalties.level = points.code
            and {{ mart_in_force('points', 'employees.state_on') }}
            and actions.decided_on > {{ dbt.dateadd('year', '-points.years_back', 'employees.state_on') }}

)

select
    employee_key,
    year,
    penalty_level
from ranked
where severity = 1
