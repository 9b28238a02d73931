;; The instructions of dot-products.ts, for processors that multiply two numbers at once.
(module
  (memory (export "memory") 1)

  ;; For each of `count` rows: the sum of the products of the question's numbers (double precision) with the row's
  ;; (single precision). Eight numbers a turn, in four sums side by side that keep the processor busy. The last turn may
  ;; read beyond a row: the question has zeros there.
  (func (export "dotProducts")
    (param $question i32)  ;; where it begins; its numbers, a multiple of 8, end at the first product
    (param $row i32)       ;; where the first begins
    (param $stride i32)    ;; bytes from one row to the next
    (param $count i32)     ;; at least 1
    (param $product i32)   ;; where the first is put
    (local $end i32) (local $next i32) (local $at i32)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (local.set $end (local.get $product))
    (loop $rows
      (local.set $next (i32.add (local.get $row) (local.get $stride)))
      (local.set $at (local.get $question))
      (local.set $a (v128.const f64x2 0 0))
      (local.set $b (v128.const f64x2 0 0))
      (local.set $c (v128.const f64x2 0 0))
      (local.set $d (v128.const f64x2 0 0))
      (loop $numbers
        (local.set $a (f64x2.add (local.get $a) (f64x2.mul
          (v128.load (local.get $at))
          (f64x2.promote_low_f32x4 (v128.load64_zero (local.get $row))))))
        (local.set $b (f64x2.add (local.get $b) (f64x2.mul
          (v128.load offset=16 (local.get $at))
          (f64x2.promote_low_f32x4 (v128.load64_zero offset=8 (local.get $row))))))
        (local.set $c (f64x2.add (local.get $c) (f64x2.mul
          (v128.load offset=32 (local.get $at))
          (f64x2.promote_low_f32x4 (v128.load64_zero offset=16 (local.get $row))))))
        (local.set $d (f64x2.add (local.get $d) (f64x2.mul
          (v128.load offset=48 (local.get $at))
          (f64x2.promote_low_f32x4 (v128.load64_zero offset=24 (local.get $row))))))
        (local.set $row (i32.add (local.get $row) (i32.const 32)))
        (local.set $at (i32.add (local.get $at) (i32.const 64)))
        (br_if $numbers (i32.lt_u (local.get $at) (local.get $end))))
      (local.set $a (f64x2.add
        (f64x2.add (local.get $a) (local.get $b))
        (f64x2.add (local.get $c) (local.get $d))))
      (f64.store (local.get $product)
        (f64.add (f64x2.extract_lane 0 (local.get $a)) (f64x2.extract_lane 1 (local.get $a))))
      (local.set $product (i32.add (local.get $product) (i32.const 8)))
      (local.set $row (local.get $next))
      (br_if $rows (local.tee $count (i32.sub (local.get $count) (i32.const 1)))))))
