with completed as (

    select
        participation_key,
        employee_key,
        programme_id,
        status,
        hours_jp,
        completed_on as counted_on
    from {{ ref('int_training__participations') }}
    where is_completed

),

with_programmes as (

    select
        completed.*,
        programmes.programme_name,
        programmes.training_type_code,
        row_number() over (
            partition by completed.participation_key
            order by
                case when programmes.valid_from <= completed.counted_on then programmes.valid_from end desc nulls last,
                programmes.valid_from asc nulls last
        ) as preference
    from completed
    inner join {{ ref('dim_training_programme') }} as programmes
        on completed.programme_id = programmes.programme_id

),

names as (

    select distinct
        programme_name,
        counted_on
    from with_programmes
    where preference = 1

),

levels as (

    select
        names.programme_name,
        names.counted_on,
        min(words.leadership_level) as leadership_level
    from names
    inner join {{ ref('rule_leadership_training') }} as words
        on
            {{ mart_in_force('words', 'names.counted_on') }}
            and {{ mart_has_words('names.programme_name', 'words.name_words') }}
    group by
        names.programme_name,
        names.counted_on

)

select
    with_programmes.participation_key,
    with_programmes.employee_key,
    with_programmes.training_type_code,
    with_programmes.status,
    with_programmes.counted_on,
    with_programmes.hours_jp,
    levels.leadership_level
from with_programmes
left join levels
    on
        with_programmes.programme_name = levels.programme_name
        and with_programmes.counted_on = levels.counted_on
where with_programmes.preference = 1
