with positions as (

    select
        assessment_key,
        assessed_on,
        position_id,
        position_class
    from {{ ref('int_competency__assessment_positions') }}

),

holders as (

    select distinct
        position_id,
        position_class,
        assessed_on
    from positions

),

in_force as (

    {{ mart_standards_in_force('holders', 'assessed_on') }}

)

select
    levels.assessment_key,
    levels.competency_code,
    levels.assessed_level,
    in_force.required_level,
    in_force.rule_set,
    in_force.confidence,
    least(levels.assessed_level, in_force.required_level) as capped_level
from {{ ref('fct_assessment_level') }} as levels
inner join positions
    on levels.assessment_key = positions.assessment_key
inner join in_force
    on
        positions.assessed_on = in_force.assessed_on
        and levels.competency_code = in_force.competency_code
        and coalesce(positions.position_id, '') = coalesce(in_force.position_id, '')
        and coalesce(positions.position_class, '') = coalesce(in_force.position_class, '')
inner join {{ ref('ref_competency') }} as competencies
    on levels.competency_code = competencies.competency_code
where levels.assessed_level is not null
