select
    ancestors.ancestor_unit_id as unit_id,
    people.year,
    people.box,
    people.performance_axis,
    people.potential_axis,
    people.in_talent_pool,
    people.rule_set,
    people.axis_rule_set,
    cast(count(*) as bigint) as n,
    false as is_suppressed,
    cast(null as {{ dbt.type_string() }}) as suppression_reason
from {{ ref('talent_box') }} as people
inner join {{ ref('int_units__ancestors') }} as ancestors
    on
        people.unit_id = ancestors.unit_id
        and {{ mart_in_force('ancestors', 'people.state_on') }}
where people.box is not null
group by
    ancestors.ancestor_unit_id,
    people.year,
    people.box,
    people.performance_axis,
    people.potential_axis,
    people.in_talent_pool,
    people.rule_set,
    people.axis_rule_set
