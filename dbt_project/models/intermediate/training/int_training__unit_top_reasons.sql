with counted as (

    select
        ancestors.year,
        ancestors.ancestor_unit_id as unit_id,
        participations.declined_reason_group,
        count(*) as n_declined
    from {{ ref('int_training__participations') }} as participations
    inner join {{ ref('int_training__unit_ancestors') }} as ancestors
        on
            participations.invited_year = ancestors.year
            and participations.unit_id = ancestors.unit_id
    where participations.declined_reason_group is not null
    group by
        ancestors.year,
        ancestors.ancestor_unit_id,
        participations.declined_reason_group

),

ranked as (

    select
        counted.year,
        counted.unit_id,
        counted.declined_reason_group,
        row_number() over (
            partition by counted.year, counted.unit_id
            order by
                case when reason_groups.is_stated then 0 else 1 end asc nulls last,
                counted.n_declined desc nulls last,
                reason_groups.group_order asc nulls last,
                counted.declined_reason_group asc nulls last
        ) as preference
    from counted
    left join {{ ref('ref_refusal_reason_group') }} as reason_groups
        on counted.declined_reason_group = reason_groups.reason_group

)

select
    year,
    unit_id,
    declined_reason_group as top_reason_group
from ranked
where preference = 1
