with month_ends as (

    select
        year,
        month,
        max(date_on) as period_end_on
    from {{ ref('dim_date') }}
    group by year, month

),

spellings as (

    select
        spelled.spelling,
        max(spelled.predicate_id) as predicate_id,
        max(spelled.predicate_code) as predicate_code
    from (
        select
            {{ fold_text('predicate_id') }} as spelling,
            predicate_id,
            predicate_code
        from {{ ref('rule_appraisal_predicate') }}
        union all
        select
            {{ fold_text('predicate_id') }} as spelling,
            predicate_id,
            predicate_code
        from {{ ref('rule_appraisal_band') }}
        union all
        select
            predicate_code as spelling,
            predicate_id,
            predicate_code
        from {{ ref('rule_appraisal_predicate') }}
    ) as spelled
    group by spelled.spelling

),

delivered as (

    select
        appraisals.appraisal_key,
        appraisals.employee_key,
        appraisals.year,
        appraisals.period,
        appraisals.unit_id,
        appraisals.work_rating,
        appraisals.behaviour_rating,
        appraisals.rated_at,
        appraisals.delivery_on,
        periods.period_kind,
        month_ends.period_end_on,
        spellings.predicate_code as predicate_code_delivered,
        coalesce(appraisals.is_acting_post, false) as is_acting_post,
        coalesce(spellings.predicate_id, {{ clean_blanks('appraisals.predicate_delivered') }}) as predicate_delivered,
        case
            when {{ replace_pattern('trim(appraisals.predicate_delivered)', '^[0-9]{1,3}([.,][0-9]+)?$', '') }} = ''
                then cast(replace(trim(appraisals.predicate_delivered), ',', '.') as decimal(9, 4))
        end as score_delivered
    from {{ ref('fct_appraisal') }} as appraisals
    inner join {{ ref('ref_appraisal_period') }} as periods
        on appraisals.period = periods.period
    left join month_ends
        on
            appraisals.year = month_ends.year
            and periods.last_month = month_ends.month
    left join spellings
        on {{ fold_text('appraisals.predicate_delivered') }} = spellings.spelling

)

select
    delivered.appraisal_key,
    delivered.employee_key,
    delivered.year,
    delivered.period,
    delivered.period_kind,
    delivered.period_end_on,
    delivered.unit_id,
    delivered.work_rating,
    delivered.behaviour_rating,
    coalesce(predicates.rule_set, bands.rule_set) as rule_set,
    coalesce(predicates.predicate_code, bands.predicate_code) as predicate_code,
    coalesce(predicates.predicate_id, bands.predicate_id) as predicate,
    delivered.predicate_code_delivered,
    delivered.predicate_delivered,
    case
        when predicates.predicate_id is not null and delivered.predicate_delivered is not null
            then delivered.predicate_delivered = predicates.predicate_id
    end as is_consistent,
    delivered.is_acting_post,
    not delivered.is_acting_post as is_counted,
    delivered.rated_at,
    delivered.delivery_on
from delivered
left join {{ ref('rule_appraisal_predicate') }} as predicates
    on
        delivered.work_rating = predicates.work_rating
        and delivered.behaviour_rating = predicates.behaviour_rating
        and {{ mart_in_force('predicates', 'delivered.period_end_on') }}
left join {{ ref('rule_appraisal_band') }} as bands
    on
        {{ mart_in_force('bands', 'delivered.period_end_on') }}
        and {{ mart_within_bounds('bands', 'delivered.score_delivered') }}
        and not bands.needs_innovation
