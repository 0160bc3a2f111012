with reasons as (

    select
        participation_key,
        invited_on,
        coalesce(trim({{ replace_pattern('lower(reason)', '[^a-z0-9]+', ' ') }}), '') as reason
    from {{ ref('fct_training_participation') }}

),

fitting_rules as (

    select
        reasons.participation_key,
        rules.reason_group,
        rules.rule_set,
        row_number() over (
            partition by reasons.participation_key
            order by rules.match_order asc nulls last
        ) as preference
    from reasons
    inner join {{ ref('rule_refusal_reason') }} as rules
        on
            reasons.invited_on >= rules.valid_from
            and (rules.valid_to is null or reasons.invited_on < rules.valid_to)
            and (
                rules.match_kind = 'ANY'
                or (rules.match_kind = 'EMPTY' and reasons.reason = '')
                or (rules.match_kind = 'CODE' and reasons.reason = rules.pattern)
                or (rules.match_kind = 'WORD' and ' ' || reasons.reason like '% ' || rules.pattern || '%')
            )

)

select
    participation_key,
    reason_group,
    rule_set
from fitting_rules
where preference = 1
