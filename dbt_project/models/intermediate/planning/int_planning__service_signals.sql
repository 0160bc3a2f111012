with heard as (

    select
        unit_id,
        signal,
        n_citizens,
        signal_value
    from {{ ref('int_planning__survey_signals') }}
    union all
    select
        unit_id,
        signal,
        n_citizens,
        signal_value
    from {{ ref('int_planning__report_signals') }}

),

counted as (

    select
        heard.unit_id,
        heard.signal,
        heard.n_citizens,
        heard.signal_value,
        sum(heard.n_citizens) over (partition by heard.signal) as n_citizens_of_all,
        count(*) over (partition by heard.signal) as n_units
    from heard
    cross join {{ rules_in_force_now('rule_planning_parameter') }} as chosen
    where heard.n_citizens >= chosen.least_people

)

select
    counted.unit_id,
    counted.signal,
    {{ mart_half_up('counted.n_citizens * counted.n_units', 'counted.n_citizens_of_all', 4) }} as relative_volume,
    targets.target,
    {# A distance of decimals with four digits is a whole number of ten thousandths. #}
    case
        when (targets.target - counted.signal_value) * sign(targets.target - targets.worst) <= 0
            then cast(0 as decimal(18, 4))
        else
            least(
                cast(1 as decimal(18, 4)),
                {{ mart_half_up(
                    'cast(abs(targets.target - counted.signal_value) * 10000 as bigint)',
                    'cast(abs(targets.target - targets.worst) * 10000 as bigint)',
                    4
                ) }}
            )
    end as shortfall,
    targets.rule_set
from counted
inner join {{ rules_in_force_now('rule_planning_signal') }} as targets
    on counted.signal = targets.signal
