with refusals as (

    select
        participations.participation_key,
        participations.employee_key,
        participations.invited_on,
        rules.rule_set,
        rules.refusals as repeated_from,
        cast({{ dbt.dateadd('month', '-rules.months', 'participations.invited_on') }} as date) as looks_back_to_on
    from {{ ref('int_training__participations') }} as participations
    left join {{ ref('rule_repeat_refusal') }} as rules
        on
            participations.invited_on >= rules.valid_from
            and (rules.valid_to is null or participations.invited_on < rules.valid_to)
    where participations.is_declined

)

select
    refusals.participation_key,
    refusals.rule_set,
    count(*) as n_refusals,
    count(*) >= refusals.repeated_from as is_repeat_refusal
from refusals
inner join refusals as earlier
    on
        refusals.employee_key = earlier.employee_key
        and refusals.invited_on >= earlier.invited_on
        and refusals.looks_back_to_on < earlier.invited_on
group by
    refusals.participation_key,
    refusals.rule_set,
    refusals.repeated_from
