with invited as (

    select
        participations.programme_id,
        units.office_unit_id,
        count(*) as n_invited
    from {{ ref('fct_training_participation') }} as participations
    inner join {{ ref('dim_employee') }} as employees
        on
            participations.employee_key = employees.employee_key
            and participations.invited_on >= employees.valid_from
            and (employees.valid_to is null or participations.invited_on < employees.valid_to)
    inner join {{ ref('int_planning__units') }} as units
        on employees.unit_id = units.unit_id
    group by
        participations.programme_id,
        units.office_unit_id

),

shares as (

    select
        programme_id,
        office_unit_id,
        n_invited,
        sum(n_invited) over (partition by programme_id) as n_invited_in_all
    from invited

)

select
    shares.programme_id,
    shares.office_unit_id as home_unit_id
from shares
cross join {{ rules_in_force_now('rule_planning_parameter') }} as chosen
where
    shares.n_invited_in_all >= chosen.least_invited
    and shares.n_invited >= chosen.home_share * shares.n_invited_in_all
