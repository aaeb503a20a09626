const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Functions that Spark has and this table has not yet: they are refused by name, as NOT_YET_SUPPORTED, never as unknown. */
export const pendingFunctions = {
  scalars: words(`
    aes_decrypt aes_encrypt try_aes_decrypt bool_xor char_length collation collations
    cume_dist current_user session_user user dense_rank from_avro  from_protobuf
    from_xml  grouping grouping_id  hll_sketch_estimate hll_union input_file_block_length input_file_block_start
    input_file_name  is_variant_null java_method json_tuple lag lead  nth_value ntile parse_json 
    percent_rank     rank reflect row_number   schema_of_variant schema_of_xml 
    sql_keywords st_asbinary st_geogfromwkb st_geomfromwkb  to_avro   to_protobuf
    to_time to_variant_object to_xml try_parse_json  try_reflect  try_to_time  
    try_variant_get  uuid_v7    variant_explode variant_get version xpath xpath_boolean xpath_double
    xpath_float xpath_int xpath_long xpath_number xpath_short xpath_string  zstd_compress zstd_decompress  
    format_time window session_window window_time collate ngrams current_time  make_time hour_of_day time_diff time_trunc
  `),
  aggregates: words(`
    any any_value approx_top_k array_agg avg bit_and bit_or bit_xor
    bool_and bool_or collect_list collect_set corr count_if count_min_sketch covar_pop covar_samp every first first_value hll_sketch_agg
    hll_union_agg kurtosis last last_value max_by mean min_by schema_of_variant_agg skewness some std stddev stddev_pop stddev_samp
    theta_sketch_agg try_avg try_sum var_pop var_samp variance product
  `),
} as const;
