with needed as (

    select distinct
        gaps.state_on,
        gaps.competency_code,
        gaps.required_level,
        gaps.position_class
    from {{ ref('int_competency__gaps_by_quarter') }} as gaps
    inner join {{ ref('int_training__years') }} as years
        on gaps.state_on = years.state_on
    where gaps.gap_status = 'gap'

),

offered as (

    select
        needed.state_on,
        needed.competency_code,
        needed.required_level,
        needed.position_class,
        programmes.programme_id,
        programmes.training_type_code,
        programmes.hours_jp,
        programmes.cost_per_participant_idr,
        coalesce(programmes.target_level >= needed.required_level, false) as is_level_reached,
        {{ mart_half_up(
            'programmes.cost_per_participant_idr * 10000', 'cast(programmes.hours_jp * 10000 as bigint)', 4
        ) }} as idr_per_hour
    from needed
    inner join {{ ref('int_training__programme_competencies') }} as taught
        on needed.competency_code = taught.competency_code
    inner join {{ ref('dim_training_programme') }} as programmes
        on
            taught.programme_id = programmes.programme_id
            and needed.state_on >= programmes.valid_from
            and (programmes.valid_to is null or needed.state_on < programmes.valid_to)

),

audiences as (

    select distinct
        needed.state_on,
        limits.training_type_code,
        limits.position_class
    from needed
    inner join {{ ref('rule_training_audience') }} as limits
        on
            needed.state_on >= limits.valid_from
            and (limits.valid_to is null or needed.state_on < limits.valid_to)

),

limited_types as (

    select distinct
        state_on,
        training_type_code
    from audiences

),

judged as (

    select
        offered.*,
        limited_types.training_type_code is null or audiences.position_class is not null as is_for_position
    from offered
    left join limited_types
        on
            offered.state_on = limited_types.state_on
            and offered.training_type_code = limited_types.training_type_code
    left join audiences
        on
            offered.state_on = audiences.state_on
            and offered.training_type_code = audiences.training_type_code
            and offered.position_class = audiences.position_class

),

ranked as (

    select
        judged.*,
        criteria.rule_set,
        row_number() over (
            partition by judged.state_on, judged.competency_code, judged.required_level, judged.position_class
            order by
                case when judged.is_level_reached and judged.is_for_position then 0 else 1 end asc nulls last,
                case when criteria.criterion = 'COST_PER_HOUR' then judged.idr_per_hour end asc nulls last,
                judged.cost_per_participant_idr asc nulls last,
                judged.programme_id asc nulls last
        ) as preference,
        max(case when judged.is_level_reached then 1 else 0 end) over (
            partition by judged.state_on, judged.competency_code, judged.required_level, judged.position_class
        ) = 1 as is_level_offered
    from judged
    left join {{ ref('rule_training_recommendation') }} as criteria
        on
            judged.state_on >= criteria.valid_from
            and (criteria.valid_to is null or judged.state_on < criteria.valid_to)

)

select
    needed.state_on,
    needed.competency_code,
    needed.required_level,
    needed.position_class,
    case when ranked.is_level_reached and ranked.is_for_position then ranked.programme_id end as programme_id,
    case when ranked.is_level_reached and ranked.is_for_position then ranked.hours_jp end as hours_jp,
    case
        when ranked.is_level_reached and ranked.is_for_position then ranked.cost_per_participant_idr
    end as cost_per_participant_idr,
    case
        when ranked.programme_id is null then 'NOT_TAUGHT'
        when not ranked.is_level_offered then 'LEVEL_NOT_OFFERED'
        when not (ranked.is_level_reached and ranked.is_for_position) then 'NOT_FOR_POSITION'
    end as no_programme_reason,
    ranked.rule_set
from needed
left join ranked
    on
        needed.state_on = ranked.state_on
        and needed.competency_code = ranked.competency_code
        and needed.required_level = ranked.required_level
        and coalesce(needed.position_class, '') = coalesce(ranked.position_class, '')
        and ranked.preference = 1
