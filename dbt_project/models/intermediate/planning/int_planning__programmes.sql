select
    programmes.programme_id,
    programmes.training_type_code,
    programmes.target_level,
    programmes.capacity,
    programmes.cost_per_participant_idr as cost_per_seat_idr,
    coalesce(gains.learning_gain, chosen.default_realised_share) as realised_share,
    case when gains.programme_id is null then 'default' else 'tests' end as realised_share_source,
    homes.home_unit_id
from {{ ref('dim_training_programme') }} as programmes
inner join {{ ref('int_refresh__as_of') }} as newest
    on
        programmes.valid_from <= newest.as_of_on
        and (programmes.valid_to is null or programmes.valid_to > newest.as_of_on)
cross join {{ rules_in_force_now('rule_planning_parameter') }} as chosen
left join {{ ref('int_planning__programme_gains') }} as gains
    on programmes.programme_id = gains.programme_id
left join {{ ref('int_planning__programme_homes') }} as homes
    on programmes.programme_id = homes.programme_id
where
    programmes.capacity > 0
    and programmes.cost_per_participant_idr > 0
