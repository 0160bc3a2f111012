with holders as (

    select distinct
        position_id,
        position_class,
        state_on
    from {{ ref('int_competency__employees_by_quarter') }}

),

in_force as (

    {{ mart_standards_in_force('holders', 'state_on') }}

)

select
    position_id,
    position_class,
    state_on,
    competency_code,
    required_level,
    rule_set,
    confidence
from in_force
