{#
    A delivered standard counts from its own first day to the first day of the next one of the same class or position and
    competency, or to the delivery in which it is no longer listed, whichever comes first. The rule table counts for a
    class on the days for which nothing was delivered.
#}
with deliveries_of_standards as (

    select
        delivery_no,
        delivery_on
    from {{ ref('int_refresh__deliveries') }}
    where extract = 'hr/competency_standards'

),

latest_standards as (

    {{ latest_delivered(
        ref('stg_hr__competency_standards'),
        ['position_class', 'position_id', 'competency_code', 'valid_from'],
        [
            'position_class',
            'position_id',
            'competency_code',
            'required_level',
            'valid_from',
            'last_delivery_on',
        ],
        is_snapshot=true
    ) }}

),

standards_with_withdrawal as (

    select
        latest_standards.position_class,
        latest_standards.position_id,
        latest_standards.competency_code,
        latest_standards.required_level,
        latest_standards.valid_from,
        next_delivery.delivery_on as withdrawn_on
    from latest_standards
    inner join deliveries_of_standards as last_delivery
        on latest_standards.last_delivery_on = last_delivery.delivery_on
    left join deliveries_of_standards as next_delivery
        on last_delivery.delivery_no + 1 = next_delivery.delivery_no
    where
        next_delivery.delivery_on is null
        or next_delivery.delivery_on > latest_standards.valid_from

),

standards_with_successor as (

    select
        position_class,
        position_id,
        competency_code,
        required_level,
        valid_from,
        withdrawn_on,
        lead(valid_from) over (
            partition by position_class, position_id, competency_code
            order by valid_from asc nulls last
        ) as succeeded_on
    from standards_with_withdrawal

),

delivered_standards as (

    select
        position_class,
        position_id,
        competency_code,
        required_level,
        valid_from,
        succeeded_on,
        least(coalesce(succeeded_on, withdrawn_on), coalesce(withdrawn_on, succeeded_on)) as valid_to
    from standards_with_successor

),

classes_of_the_rules as (

    select distinct
        position_class,
        competency_code
    from {{ ref('rule_standard_level') }}

),

first_delivered_standards as (

    select
        position_class,
        competency_code,
        min(valid_from) as first_on
    from delivered_standards
    where position_class is not null
    group by
        position_class,
        competency_code

),

periods_without_delivered_standard as (

    select
        classes_of_the_rules.position_class,
        classes_of_the_rules.competency_code,
        cast('1900-01-01' as date) as without_from,
        first_delivered_standards.first_on as without_to
    from classes_of_the_rules
    left join first_delivered_standards
        on
            classes_of_the_rules.position_class = first_delivered_standards.position_class
            and classes_of_the_rules.competency_code = first_delivered_standards.competency_code
    union all
    select
        position_class,
        competency_code,
        valid_to as without_from,
        succeeded_on as without_to
    from delivered_standards
    where
        position_class is not null
        and valid_to is not null
        and (succeeded_on is null or valid_to < succeeded_on)

),

rules_where_nothing_was_delivered as (

    select
        rules.position_class,
        rules.competency_code,
        rules.required_level,
        rules.rule_set,
        rules.source,
        rules.confidence,
        case
            when rules.valid_from < periods.without_from then periods.without_from
            else rules.valid_from
        end as valid_from,
        case
            when rules.valid_to is null then periods.without_to
            when periods.without_to is null then rules.valid_to
            when rules.valid_to < periods.without_to then rules.valid_to
            else periods.without_to
        end as valid_to
    from {{ ref('rule_standard_level') }} as rules
    inner join periods_without_delivered_standard as periods
        on
            rules.position_class = periods.position_class
            and rules.competency_code = periods.competency_code

),

all_standards as (

    select
        position_class,
        position_id,
        competency_code,
        required_level,
        valid_from,
        valid_to,
        'delivered' as rule_set,
        'hr/competency_standards' as source,
        'S' as confidence
    from delivered_standards
    union all
    select
        position_class,
        cast(null as {{ dbt.type_string() }}) as position_id,
        competency_code,
        required_level,
        valid_from,
        valid_to,
        rule_set,
        source,
        confidence
    from rules_where_nothing_was_delivered
    where
        valid_to is null
        or valid_from < valid_to

)

select
    {{ surrogate_key(['position_class', 'position_id', 'competency_code', 'valid_from']) }} as standard_key,
    position_class,
    position_id,
    competency_code,
    cast(required_level as integer) as required_level,
    valid_from,
    valid_to,
    rule_set,
    source,
    confidence
from all_standards
